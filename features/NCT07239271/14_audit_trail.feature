@trial:NCT07239271
Feature: Every step has an entry that names who and when, and nothing can be altered unseen

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm who was given 2 cycles
    And ctDNA before the first cycle is negative
    And ctDNA after cycle 1 is negative
    And the response after cycle 2 is SD
    And the decision after cycle 2 was confirmed as TCbHP

  Scenario: The trail of a subject is whole and in order
    Then the audit trail of the subject reads
      | who          | what                 |
      | data system  | registered           |
      | data system  | screened             |
      | data system  | allocated            |
      | data system  | cycle given          |
      | data system  | cycle given          |
      | data system  | observation recorded |
      | data system  | observation recorded |
      | data system  | observation recorded |
      | data system  | decision proposed    |
      | investigator | decision confirmed   |
    And every entry says when it was true and when it was recorded, in this order
    And the audit trail verifies

  Scenario: A correction is a further entry
    When the response after cycle 2 is reported as PR
    Then the last entry of the subject is observation recorded by the data system
    And the audit trail verifies

  Scenario: What is refused leaves no entry
    When the investigator overrides with PyroHT for drug supply: too late
    Then it is refused as decision closed
    And the last entry of the subject is decision confirmed by the investigator

  Scenario Outline: An entry that was altered in the database is named
    When somebody alters the latest "<entry>" in the database from <old> to <new>
    Then verification names the altered entry
    And the service no longer shows the subject

    Examples:
      | entry                | old      | new     |
      | observation recorded | SD       | PR      |
      | cycle given          | Nab-P+HP | EveroHT |
      | decision confirmed   | TCbHP    | PyroHT  |
