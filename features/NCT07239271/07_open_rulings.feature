@trial:NCT07239271 @point:after_c2
Feature: A text with two readings waits for the sponsor's ruling
  An ambiguity is one more unknown: the decision is held where, and only where, the readings part. After the
  signature the same subject gets the answer of the reading that was signed.

  @ambiguity:AMB-02 @ambiguity:AMB-03 @ambiguity:AMB-04 @ambiguity:AMB-05 @ambiguity:AMB-09
  Scenario Outline: Held until it is signed, and each reading has its own answer
    Given the sponsor has signed the reference rulings except <ambiguity>
    And a subject in the experimental arm who was given 2 cycles
    And these results
      | ctDNA before the first cycle       | <ctDNA before> |
      | ctDNA after cycle 1                | <ctDNA after>  |
      | PAM pathway before the first cycle | <PAM before>   |
      | PAM pathway after cycle 1          | wild type      |
      | Response after cycle 2             | <response>     |
    And the decision after cycle 2 is asked for
    And the rulings awaited were <ambiguity>
    When the sponsor signs <ambiguity> as <reading>
    And the decision after cycle 2 is asked for again
    Then the decision is <decision>
    And the clinician must acknowledge <acknowledge>

    Examples: the draw that is meant, ctDNA cleared
      | ambiguity | reading    | ctDNA before | ctDNA after | PAM before | response | decision         | acknowledge          |
      | AMB-02    | c1_governs | positive     | negative    | wild type  | PR       | propose Nab-P+HP | nothing              |
      | AMB-02    | ever_positive | positive  | negative    | wild type  | PR       | propose PyroHT   | responder escalation |

    Examples: ctDNA cleared, PAM mutated
      | ambiguity | reading        | ctDNA before | ctDNA after | PAM before | response | decision        | acknowledge |
      | AMB-03    | everoht_first  | positive     | negative    | mutated    | SD       | propose EveroHT | nothing     |
      | AMB-03    | response_first | positive     | negative    | mutated    | SD       | propose TCbHP   | nothing     |

    Examples: complete response
      | ambiguity | reading         | ctDNA before | ctDNA after | PAM before | response | decision         | acknowledge          |
      | AMB-04    | pr_or_better    | negative     | negative    | wild type  | CR       | propose Nab-P+HP | nothing              |
      | AMB-04    | literal_pr_only | negative     | negative    | wild type  | CR       | propose TCbHP    | responder escalation |

    Examples: progression
      | ambiguity | reading   | ctDNA before | ctDNA after | PAM before | response | decision      | acknowledge         |
      | AMB-05    | as_non_pr | negative     | negative    | wild type  | PD       | propose TCbHP | progressive disease |

    Examples: PAM mutated before treatment, not after cycle 1
      | ambiguity | reading           | ctDNA before | ctDNA after | PAM before | response | decision        | acknowledge |
      | AMB-09    | ever_mutated      | positive     | positive    | mutated    | SD       | propose EveroHT | nothing     |
      | AMB-09    | latest_assessable | positive     | positive    | mutated    | SD       | propose PyroHT  | nothing     |

  @ambiguity:AMB-05
  Scenario: Progression is ruled to be referred
    Given the sponsor has signed the reference rulings except AMB-05
    And a subject in the experimental arm who was given 2 cycles
    And ctDNA after cycle 1 is negative
    And ctDNA before the first cycle is negative
    And the response after cycle 2 is PD
    And the decision after cycle 2 is asked for
    When the sponsor signs AMB-05 as refer
    And the decision after cycle 2 is asked for again
    Then the decision is refer: progressive disease
