@trial:NCT07239271 @point:after_c4
Feature: After cycle 4, the regimen that was given comes from the history

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm who was given 2 cycles
    And ctDNA before the first cycle is negative
    And ctDNA after cycle 1 is negative
    And the response after cycle 2 is SD
    And the decision after cycle 2 was confirmed as TCbHP

  Scenario Outline: Without an evaluable response after cycle 4 it is held
    Given the subject is given 2 more cycles
    And the response after cycle 4 is <response>
    When the decision after cycle 4 is asked for
    Then the decision is hold for response after cycle 4
    And still possible are choose AC+H or ADC, propose TCbHP

    Examples:
      | response     |
      | not reported |
      | NE           |
      | pending      |
      | PR, then SD  |

  Scenario: Cycles that differ from what was assigned are at odds
    Given the subject is given cycle 3 of TCbHP
    And the subject is given cycle 4 of PyroHT
    And the response after cycle 4 is PR
    When the decision after cycle 4 is asked for
    Then the decision is hold for Regimen of cycles 3 and 4
    And the reasons are
      | code     | about                     | said                                              |
      | required | Regimen of cycles 3 and 4 | conflicting: given: PyroHT, TCbHP; assigned: TCbHP |
    And these deviations are on record
      | kind                    | about   | as decided | as given |
      | regimen not as assigned | cycle 4 | TCbHP      | PyroHT   |

  Scenario: The regimen is never taken from a report
    Given the subject is given 2 more cycles
    And the decision after cycle 4 is asked for
    When Regimen of cycles 3 and 4 is reported as PyroHT
    Then it is refused as fact from history

  Scenario: A response that comes while the decision is held settles it
    Given the subject is given 2 more cycles
    And the decision after cycle 4 is asked for
    When the response after cycle 4 is reported as PR
    Then the decision is propose TCbHP
    When the investigator confirms
    Then the subject's epoch is completion
    And planned next is give cycle by data system
