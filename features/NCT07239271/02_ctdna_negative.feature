@trial:NCT07239271 @point:after_c2
Feature: Without ctDNA after cycle 1 the response decides
  Sentences 4 and 5 of the arm text, rules C2-1 and C2-2. A result that is not reported, where the table still
  has one answer, cannot matter.

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm who was given 2 cycles

  @rule:C2-1
  Scenario Outline: A responder stays on Nab-P+HP
    Given these results
      | ctDNA before the first cycle       | <ctDNA before> |
      | ctDNA after cycle 1                | negative       |
      | PAM pathway before the first cycle | <PAM before>   |
      | Response after cycle 2             | <response>     |
    When the decision after cycle 2 is asked for
    Then the decision is propose Nab-P+HP
    And it is for 2 cycles
    And it rests on C2-1
    And it cites arms.experimental 4
    And the clinician must acknowledge nothing

    Examples:
      | ctDNA before | PAM before   | response |
      | negative     | wild type    | PR       |
      | negative     | wild type    | CR       |
      | negative     | mutated      | PR       |
      | negative     | mutated      | CR       |
      | negative     | not reported | PR       |
      | positive     | wild type    | PR       |
      | positive     | wild type    | CR       |
      | not reported | wild type    | PR       |

  @rule:C2-2
  Scenario Outline: Anybody else changes to TCbHP
    Given these results
      | ctDNA before the first cycle       | <ctDNA before> |
      | ctDNA after cycle 1                | negative       |
      | PAM pathway before the first cycle | <PAM before>   |
      | Response after cycle 2             | <response>     |
    When the decision after cycle 2 is asked for
    Then the decision is propose TCbHP
    And it is for 2 cycles
    And it rests on C2-2
    And it cites arms.experimental 5
    And the clinician must acknowledge <acknowledge>

    Examples:
      | ctDNA before | PAM before   | response | acknowledge         |
      | negative     | wild type    | SD       | nothing             |
      | negative     | wild type    | PD       | progressive disease |
      | negative     | mutated      | SD       | nothing             |
      | negative     | mutated      | PD       | progressive disease |
      | negative     | not reported | SD       | nothing             |
      | positive     | wild type    | SD       | nothing             |
      | positive     | wild type    | PD       | progressive disease |
      | not reported | wild type    | SD       | nothing             |
