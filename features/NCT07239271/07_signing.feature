@trial:NCT07239271
Feature: How a ruling is signed

  Scenario: A signed ruling is never overwritten
    Given the sponsor has signed the reference rulings
    When the sponsor signs AMB-04 as literal_pr_only
    Then it is refused as ruling stands: pr or better
    And AMB-04 is ruled pr_or_better

  Scenario Outline: Only the sponsor rules, and only among the readings of the register
    Given the sponsor has signed no rulings
    When the <who> signs <ruling>
    Then it is refused as <refusal>

    Examples:
      | who          | ruling                 | refusal        |
      | investigator | AMB-04 as pr_or_better | not authorised |
      | data system  | AMB-04 as pr_or_better | not authorised |
      | auditor      | AMB-04 as pr_or_better | not authorised |
      | sponsor      | AMB-04 as whatever     | not declared   |
      | sponsor      | AMB-99 as pr_or_better | not declared   |

  @point:after_c2
  Scenario: A proposal from before a ruling that bears on it is asked again before it is judged
    Given the sponsor has signed the reference rulings except AMB-04
    And a subject in the experimental arm who was given 2 cycles
    And ctDNA after cycle 1 is negative
    And ctDNA before the first cycle is negative
    And the response after cycle 2 is SD
    And the decision after cycle 2 is asked for
    When the sponsor signs AMB-04 as pr_or_better
    And the investigator confirms
    Then it is refused as decision stale
    When the decision after cycle 2 is asked for again
    And the investigator confirms
    Then the subject's regimen is TCbHP
