@trial:NCT07239271 @point:after_c4
Feature: After cycle 4, the same ambiguities and missing results

  @ambiguity:AMB-04 @ambiguity:AMB-05
  Scenario Outline: Each reading has its own answer
    Given the sponsor has signed the reference rulings <but>
    And a subject in the experimental arm who was given 2 cycles
    And ctDNA before the first cycle is negative
    And ctDNA after cycle 1 is negative
    And the response after cycle 2 is PR
    And the decision after cycle 2 was confirmed as Nab-P+HP
    And the subject is given 2 more cycles
    And the response after cycle 4 is <response>
    When the decision after cycle 4 is asked for
    Then the decision is <decision>

    Examples:
      | but                             | response | decision                   |
      | except AMB-04                   | CR       | hold for AMB-04            |
      | but AMB-04 as pr_or_better    | CR       | propose Nab-P+HP           |
      | but AMB-04 as literal_pr_only | CR       | choose AC+H or ADC         |
      | except AMB-05                   | PD       | hold for AMB-05            |
      | but AMB-05 as as_non_pr       | PD       | choose AC+H or ADC         |

  @rule:C4-0 @ambiguity:AMB-05
  Scenario: Progression is ruled to be referred
    Given the sponsor has signed the reference rulings, but AMB-05 as refer
    And a subject in the experimental arm who was given 2 cycles
    And ctDNA after cycle 1 is negative
    And ctDNA before the first cycle is negative
    And the response after cycle 2 is PR
    And the decision after cycle 2 was confirmed as Nab-P+HP
    And the subject is given 2 more cycles
    And the response after cycle 4 is PD
    When the decision after cycle 4 is asked for
    Then the decision is refer: progressive disease
    And it rests on C4-0

  @ambiguity:AMB-04
  Scenario: A complete responder who is switched by the letter is acknowledged as such
    Given the sponsor has signed the reference rulings, but AMB-04 as literal_pr_only
    And a subject in the experimental arm who was given 2 cycles
    And ctDNA after cycle 1 is negative
    And ctDNA before the first cycle is negative
    And the response after cycle 2 is PR
    And the decision after cycle 2 was confirmed as Nab-P+HP
    And the subject is given 2 more cycles
    And the response after cycle 4 is CR
    When the decision after cycle 4 is asked for
    Then the clinician must acknowledge responder escalation
