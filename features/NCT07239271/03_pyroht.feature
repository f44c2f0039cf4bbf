@trial:NCT07239271 @point:after_c2
Feature: ctDNA after cycle 1 without a PAM mutation leads to PyroHT
  Sentence 6 of the arm text, rule C2-3. The text does not look at imaging here, so a responder is escalated,
  and the clinician acknowledges that (AMB-07).

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm who was given 2 cycles

  @rule:C2-3
  Scenario Outline: PyroHT whatever imaging shows
    Given these results
      | ctDNA before the first cycle       | <ctDNA before> |
      | ctDNA after cycle 1                | positive       |
      | PAM pathway before the first cycle | wild type      |
      | PAM pathway after cycle 1          | wild type      |
      | Response after cycle 2             | <response>     |
    When the decision after cycle 2 is asked for
    Then the decision is propose PyroHT
    And it is for 2 cycles
    And it rests on C2-3
    And it cites arms.experimental 6
    And the clinician must acknowledge <acknowledge>

    Examples:
      | ctDNA before | response | acknowledge          |
      | positive     | CR       | responder escalation |
      | positive     | PR       | responder escalation |
      | positive     | SD       | nothing              |
      | positive     | PD       | progressive disease  |
      | negative     | CR       | responder escalation |
      | negative     | PR       | responder escalation |
      | negative     | SD       | nothing              |
      | negative     | PD       | progressive disease  |
      | not reported | SD       | nothing              |

  Scenario Outline: PyroHT needs both PAM results, since one mutation is enough for EveroHT
    Given these results
      | ctDNA after cycle 1                | positive     |
      | PAM pathway before the first cycle | <PAM before> |
      | PAM pathway after cycle 1          | <PAM after>  |
      | Response after cycle 2             | SD           |
    When the decision after cycle 2 is asked for
    Then the decision is hold for <needed>
    And it may be settled by <enough>
    And still possible are propose EveroHT, propose PyroHT

    Examples:
      | PAM before    | PAM after     | needed                                                           | enough                                                             |
      | not reported  | wild type     | PAM pathway before the first cycle                               | PAM pathway before the first cycle                                 |
      | wild type     | not reported  | PAM pathway after cycle 1                                        | PAM pathway after cycle 1                                          |
      | wild type     | not evaluable | PAM pathway after cycle 1                                        | PAM pathway after cycle 1                                          |
      | not reported  | not reported  | PAM pathway before the first cycle and PAM pathway after cycle 1 | PAM pathway before the first cycle, or PAM pathway after cycle 1 |
      | not evaluable | not done      | PAM pathway before the first cycle and PAM pathway after cycle 1 | PAM pathway before the first cycle, or PAM pathway after cycle 1 |
