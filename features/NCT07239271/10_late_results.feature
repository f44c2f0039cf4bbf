@trial:NCT07239271 @point:after_c2
Feature: Treatment that went on before the decision
  A cycle that was given is a fact, and is recorded as one; the departure from the plan shows by itself. A
  late result keeps both its times: when it was true, and when it was learned.

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm who was given 2 cycles
    And PAM pathway before the first cycle is wild type
    And PAM pathway after cycle 1 is wild type
    And the response after cycle 2 is SD
    And the decision after cycle 2 is asked for
    And the subject is given cycle 3 of Nab-P+HP

  Scenario: A cycle given while the decision is held is a deviation
    Then the decision is hold for ctDNA after cycle 1
    And the subject's cycle is 3
    And the subject's epoch is induction
    And these deviations are on record
      | kind                  | about   | as decided | as given |
      | cycle before decision | cycle 3 | -          | Nab-P+HP |

  Scenario: The late result decides, and the decision is marked as late
    When ctDNA after cycle 1, drawn before cycle 2, is reported as positive
    Then ctDNA after cycle 1 was true before cycle 3 and learned after it
    And the decision is propose PyroHT
    When the investigator confirms
    Then the decision was confirmed by the investigator
      | regimen | PyroHT |
      | late    | yes    |
    And the subject's regimen is PyroHT
    And these deviations are on record
      | kind                  | about      | as decided | as given |
      | cycle before decision | cycle 3    | -          | Nab-P+HP |
      | decision late         | after_c2-2 | -          | -        |

  Scenario: Cycles 3 and 4 of different regimens leave the decision after cycle 4 without its first fact
    Given ctDNA after cycle 1, drawn before cycle 2, was reported as positive
    And the decision after cycle 2 was confirmed as PyroHT
    And the subject is given cycle 4 of PyroHT
    And the response after cycle 4 is PR
    When the decision after cycle 4 is asked for
    Then the decision is hold for Regimen of cycles 3 and 4

  Scenario: Another regimen than the decided one
    Given ctDNA after cycle 1, drawn before cycle 2, was reported as positive
    And the decision after cycle 2 was confirmed as PyroHT
    When the subject is given cycle 4 of TCbHP
    Then these deviations are on record
      | kind                    | about      | as decided | as given |
      | cycle before decision   | cycle 3    | -          | Nab-P+HP |
      | decision late           | after_c2-2 | -          | -        |
      | regimen not as assigned | cycle 4    | PyroHT     | TCbHP    |
