@trial:NCT07239271 @point:after_c2
Feature: ctDNA in either draw and a PAM mutation lead to EveroHT
  Sentence 7 of the arm text, rule C2-4, the only one that names both draws. One mutated result is enough
  under the reference ruling on AMB-09.

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm who was given 2 cycles

  @rule:C2-4
  Scenario Outline: EveroHT whatever imaging shows
    Given these results
      | ctDNA before the first cycle       | <ctDNA before> |
      | ctDNA after cycle 1                | <ctDNA after>  |
      | PAM pathway before the first cycle | <PAM before>   |
      | PAM pathway after cycle 1          | <PAM after>    |
      | Response after cycle 2             | <response>     |
    When the decision after cycle 2 is asked for
    Then the decision is propose EveroHT
    And it is for 2 cycles
    And it rests on C2-4
    And it cites arms.experimental 7
    And the clinician must acknowledge <acknowledge>

    Examples: ctDNA after cycle 1
      | ctDNA before | ctDNA after | PAM before   | PAM after    | response | acknowledge          |
      | positive     | positive    | mutated      | mutated      | CR       | responder escalation |
      | positive     | positive    | mutated      | mutated      | PR       | responder escalation |
      | positive     | positive    | mutated      | mutated      | SD       | nothing              |
      | positive     | positive    | mutated      | mutated      | PD       | progressive disease  |
      | negative     | positive    | mutated      | mutated      | PR       | responder escalation |
      | negative     | positive    | mutated      | mutated      | SD       | nothing              |

    Examples: the two PAM results differ, or one of them is missing
      | ctDNA before | ctDNA after | PAM before   | PAM after    | response | acknowledge          |
      | negative     | positive    | wild type    | mutated      | SD       | nothing              |
      | positive     | positive    | mutated      | wild type    | SD       | nothing              |
      | not reported | positive    | mutated      | not reported | SD       | nothing              |
      | not reported | positive    | not reported | mutated      | SD       | nothing              |

    Examples: cleared after cycle 1, the sentence that names both draws stands (AMB-03)
      | ctDNA before | ctDNA after | PAM before   | PAM after    | response | acknowledge          |
      | positive     | negative    | mutated      | not reported | CR       | responder escalation |
      | positive     | negative    | mutated      | wild type    | PR       | responder escalation |
      | positive     | negative    | mutated      | not reported | SD       | nothing              |
      | positive     | negative    | mutated      | wild type    | PD       | progressive disease  |

  Scenario: A mutation alone is not enough
    Given these results
      | ctDNA before the first cycle       | negative |
      | ctDNA after cycle 1                | negative |
      | PAM pathway before the first cycle | mutated  |
      | Response after cycle 2             | PR       |
    When the decision after cycle 2 is asked for
    Then the decision is propose Nab-P+HP
