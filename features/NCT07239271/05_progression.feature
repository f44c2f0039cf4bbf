@trial:NCT07239271 @point:after_c2 @ambiguity:AMB-05
Feature: Progressive disease after cycle 2
  The record never mentions progression. Read literally it is a response other than PR; a sponsor may rule
  instead that a clinician decides outside the table (AMB-05, rule C2-0).

  @rule:C2-0
  Scenario Outline: Ruled to be referred, no regimen follows, whatever ctDNA says
    Given the sponsor has signed the reference rulings, but AMB-05 as refer
    And a subject in the experimental arm who was given 2 cycles
    And these results
      | ctDNA before the first cycle       | <ctDNA before> |
      | ctDNA after cycle 1                | <ctDNA after>  |
      | PAM pathway before the first cycle | <PAM>          |
      | Response after cycle 2             | PD             |
    When the decision after cycle 2 is asked for
    Then the decision is refer: progressive disease
    And it rests on C2-0

    Examples:
      | ctDNA before | ctDNA after | PAM          |
      | negative     | negative    | wild type    |
      | positive     | negative    | mutated      |
      | positive     | positive    | wild type    |
      | positive     | positive    | mutated      |
      | not reported | positive    | not reported |

  Scenario: A required result holds even a referral
    Given the sponsor has signed the reference rulings, but AMB-05 as refer
    And a subject in the experimental arm who was given 2 cycles
    And the response after cycle 2 is PD
    When the decision after cycle 2 is asked for
    Then the decision is hold for ctDNA after cycle 1

  Scenario: A referral is acknowledged, moves nobody, and ends with a clinician's own decision
    Given the sponsor has signed the reference rulings, but AMB-05 as refer
    And a subject in the experimental arm who was given 2 cycles
    And ctDNA after cycle 1 is positive
    And the response after cycle 2 is PD
    And the decision after cycle 2 is asked for
    When the investigator acknowledges the referral: for the tumour board
    Then the decision was acknowledged by the investigator
    And the subject's epoch is induction
    When the investigator overrides with TCbHP for disease course: as the tumour board decided
    Then the decision was overridden by the investigator
    And the decision is refer: progressive disease
    And the subject's regimen is TCbHP

  Scenario: A proposal despite progression is confirmed only with that acknowledged
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm who was given 2 cycles
    And ctDNA before the first cycle is negative
    And ctDNA after cycle 1 is negative
    And the response after cycle 2 is PD
    And the decision after cycle 2 is asked for
    When the investigator confirms
    Then it is refused as acknowledgement missing: progressive disease
    When the investigator confirms and acknowledges progressive disease
    Then the subject's regimen is TCbHP
