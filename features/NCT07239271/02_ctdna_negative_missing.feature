@trial:NCT07239271 @point:after_c2
Feature: Without ctDNA after cycle 1, what is still needed
  The draw after cycle 1 and the imaging are required; the baseline results are needed only where they can
  change the answer. Nothing is ever taken for granted.

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm who was given 2 cycles

  Scenario Outline: A result that can change the answer holds the decision
    Given these results
      | ctDNA before the first cycle       | <ctDNA before> |
      | ctDNA after cycle 1                | negative       |
      | PAM pathway before the first cycle | <PAM before>   |
      | Response after cycle 2             | PR             |
    When the decision after cycle 2 is asked for
    Then the decision is hold for <needed>
    And it may be settled by <enough>
    And still possible are propose EveroHT, propose Nab-P+HP

    Examples:
      | ctDNA before | PAM before    | needed                                                              | enough                                                                |
      | not reported | mutated       | ctDNA before the first cycle                                        | ctDNA before the first cycle                                          |
      | pending      | mutated       | ctDNA before the first cycle                                        | ctDNA before the first cycle                                          |
      | positive     | not reported  | PAM pathway before the first cycle                                  | PAM pathway before the first cycle                                    |
      | positive     | not evaluable | PAM pathway before the first cycle                                  | PAM pathway before the first cycle                                    |
      | not reported | not reported  | ctDNA before the first cycle and PAM pathway before the first cycle | ctDNA before the first cycle, or PAM pathway before the first cycle |

  Scenario Outline: A required assessment holds the decision whatever else is known
    Given these results
      | ctDNA before the first cycle       | negative      |
      | ctDNA after cycle 1                | <ctDNA after> |
      | PAM pathway before the first cycle | wild type     |
      | PAM pathway after cycle 1          | wild type     |
      | Response after cycle 2             | <response>    |
    When the decision after cycle 2 is asked for
    Then the decision is hold for <needed>

    Examples:
      | ctDNA after  | response     | needed                                         |
      | negative     | not reported | response after cycle 2                         |
      | negative     | NE           | response after cycle 2                         |
      | not reported | not reported | ctDNA after cycle 1 and response after cycle 2 |

  Scenario: With the draw after cycle 1 missing, PAM in that draw is needed too
    Given these results
      | ctDNA before the first cycle       | negative  |
      | PAM pathway before the first cycle | wild type |
      | Response after cycle 2             | SD        |
    When the decision after cycle 2 is asked for
    Then the decision is hold for ctDNA after cycle 1 and PAM pathway after cycle 1
    And still possible are propose EveroHT, propose PyroHT, propose TCbHP
