@trial:NCT07239271
Feature: The first two cycles, and what is owed meanwhile
  Sentences 1 to 3 of the arm text. Cycles are counted as given, not by the calendar (AMB-19).

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm

  Scenario: Before the first cycle the baseline results are owed
    Then these results are awaited
      | result                             | from                 | status |
      | ctDNA before the first cycle       | molecular laboratory | -      |
      | PAM pathway before the first cycle | molecular laboratory | -      |

  Scenario: After cycle 1 the second draw is owed
    Given ctDNA before the first cycle is negative
    And PAM pathway before the first cycle is wild type
    When the subject is given cycle 1 of Nab-P+HP
    Then these results are awaited
      | result                    | from                 | status |
      | ctDNA after cycle 1       | molecular laboratory | -      |
      | PAM pathway after cycle 1 | molecular laboratory | -      |

  Scenario: A result that is said to be late stays owed
    Given ctDNA before the first cycle is negative
    And PAM pathway before the first cycle is pending
    Then these results are awaited
      | result                             | from                 | status  |
      | PAM pathway before the first cycle | molecular laboratory | pending |

  Scenario: After cycle 2 the engine asks its question by itself
    Given these results
      | ctDNA before the first cycle       | negative  |
      | PAM pathway before the first cycle | wild type |
      | PAM pathway after cycle 1          | wild type |
    And the subject is given 2 cycles
    When the engine takes the next planned step
    Then the decision is hold for ctDNA after cycle 1 and response after cycle 2
    And planned next is nothing

  Scenario: After one cycle there is nothing to decide
    Given the subject is given 1 cycle
    When the decision after cycle 2 is asked for
    Then it is refused as move not lawful: ask after c2

  Scenario: The engine never says that a cycle was given
    When the engine takes the next planned step
    Then it is refused as nothing planned: give cycle

  Scenario: Cycles come one after the other
    When the subject is given cycle 2 of Nab-P+HP
    Then it is refused as cycle number: the next one is cycle 1

  Scenario: Another regimen than the assigned one is recorded as given, and is a deviation
    When the subject is given cycle 1 of TCbHP
    Then the subject's regimen is Nab-P+HP
    And these deviations are on record
      | kind                    | about   | as decided | as given |
      | regimen not as assigned | cycle 1 | Nab-P+HP   | TCbHP    |
