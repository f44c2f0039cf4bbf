@trial:NCT07239271 @point:after_c4
Feature: After cycle 4, a responder goes on and anybody else is switched by a clinician
  Sentences 8 and 9 of the arm text, rules C4-1 and C4-2. The regimen of cycles 3 and 4 comes from the cycles
  that were given, never from a report; the rules are read to hold for all four regimens (AMB-12).

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm who was given 2 cycles

  @rule:C4-1
  Scenario Outline: A responder has two more cycles of the same regimen
    Given ctDNA before the first cycle is negative
    And ctDNA after cycle 1 is <ctDNA after>
    And PAM pathway before the first cycle is <PAM>
    And PAM pathway after cycle 1 is <PAM>
    And the response after cycle 2 is <response C2>
    And the decision after cycle 2 was confirmed as <regimen>
    And the subject is given 2 more cycles
    And the response after cycle 4 is <response C4>
    When the decision after cycle 4 is asked for
    Then the decision is propose <regimen>
    And it is for 2 cycles
    And it cites arms.experimental 8
    And it is shown with the assumption AMB-12
    And the clinician must acknowledge nothing

    Examples:
      | ctDNA after | PAM       | response C2 | regimen  | response C4 |
      | negative    | wild type | PR          | Nab-P+HP | PR          |
      | negative    | wild type | PR          | Nab-P+HP | CR          |
      | negative    | wild type | SD          | TCbHP    | PR          |
      | negative    | wild type | SD          | TCbHP    | CR          |
      | positive    | wild type | SD          | PyroHT   | PR          |
      | positive    | wild type | SD          | PyroHT   | CR          |
      | positive    | mutated   | SD          | EveroHT  | PR          |
      | positive    | mutated   | SD          | EveroHT  | CR          |

  @rule:C4-2
  Scenario Outline: Without a response a clinician chooses
    Given ctDNA before the first cycle is negative
    And ctDNA after cycle 1 is <ctDNA after>
    And PAM pathway before the first cycle is <PAM>
    And PAM pathway after cycle 1 is <PAM>
    And the response after cycle 2 is <response C2>
    And the decision after cycle 2 was confirmed as <regimen>
    And the subject is given 2 more cycles
    And the response after cycle 4 is <response C4>
    When the decision after cycle 4 is asked for
    Then the decision is choose AC+H or ADC
    And it is for 2 cycles
    And it cites arms.experimental 9
    And the clinician must acknowledge <acknowledge>

    Examples:
      | ctDNA after | PAM       | response C2 | regimen  | response C4 | acknowledge         |
      | negative    | wild type | PR          | Nab-P+HP | SD          | nothing             |
      | negative    | wild type | SD          | TCbHP    | SD          | nothing             |
      | positive    | wild type | SD          | PyroHT   | SD          | nothing             |
      | positive    | mutated   | SD          | EveroHT  | PD          | progressive disease |
