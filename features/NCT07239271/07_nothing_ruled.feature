@trial:NCT07239271 @point:after_c2
Feature: With nothing or little ruled
  What both readings of every text agree on is decided without any ruling.

  Scenario Outline: Before any signature
    Given the sponsor has signed no rulings
    And a subject in the experimental arm who was given 2 cycles
    And these results
      | ctDNA before the first cycle       | <ctDNA before> |
      | ctDNA after cycle 1                | <ctDNA after>  |
      | PAM pathway before the first cycle | <PAM>          |
      | PAM pathway after cycle 1          | <PAM after>    |
      | Response after cycle 2             | <response>     |
    When the decision after cycle 2 is asked for
    Then the decision is <decision>

    Examples: every reading agrees
      | ctDNA before | ctDNA after | PAM       | PAM after | response | decision         |
      | negative     | negative    | wild type | wild type | PR       | propose Nab-P+HP |
      | negative     | negative    | mutated   | wild type | SD       | propose TCbHP    |
      | negative     | positive    | wild type | wild type | SD       | propose PyroHT   |
      | positive     | positive    | mutated   | mutated   | PR       | propose EveroHT  |

    Examples: the readings part
      | ctDNA before | ctDNA after | PAM       | PAM after    | response | decision                                                |
      | negative     | negative    | wild type | wild type    | CR       | hold for AMB-04                                         |
      | negative     | negative    | wild type | wild type    | PD       | hold for AMB-05                                         |
      | negative     | positive    | mutated   | wild type    | SD       | hold for AMB-09                                         |
      | positive     | negative    | wild type | wild type    | CR       | hold for AMB-02 and AMB-04                              |
      | positive     | negative    | mutated   | wild type    | PR       | hold for AMB-02 and AMB-03                              |
      | positive     | positive    | wild type | not reported | PR       | hold for PAM pathway after cycle 1                      |

  Scenario Outline: One signed ruling settles its own question only
    Given the sponsor has signed only AMB-04 as pr_or_better
    And a subject in the experimental arm who was given 2 cycles
    And ctDNA before the first cycle is negative
    And ctDNA after cycle 1 is negative
    And the response after cycle 2 is <response>
    When the decision after cycle 2 is asked for
    Then the decision is <decision>

    Examples:
      | response | decision         |
      | CR       | propose Nab-P+HP |
      | PD       | hold for AMB-05  |
