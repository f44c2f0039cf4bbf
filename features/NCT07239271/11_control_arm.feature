@trial:NCT07239271
Feature: The control arm has TCbHP throughout and no decision
  The record gives the regimen and nothing else; six cycles are assumed (AMB-17).

  Background:
    Given the sponsor has signed the reference rulings

  Scenario Outline: Nothing is asked in the control arm
    Given a subject in the control arm who was given <cycles> cycles
    When the decision after cycle <cycles> is asked for
    Then it is refused as move not lawful
    And no decision was made
    And the subject's regimen is TCbHP
    And planned next is give cycle by data system

    Examples:
      | cycles |
      | 2      |
      | 4      |

  Scenario: Results are recorded and decide nothing
    Given a subject in the control arm who was given 2 cycles
    When ctDNA after cycle 1 is reported as positive
    And the response after cycle 2 is reported as PD
    Then no decision was made
    And the subject's regimen is TCbHP

  Scenario: No ctDNA is owed by the control arm
    Given a subject in the control arm who was given 2 cycles
    Then nothing is awaited

  Scenario: After six cycles there is surgery
    Given a subject in the control arm who was given 6 cycles
    Then planned next is milestone surgery by data system
    And no deviation is on record

  Scenario: There is no seventh cycle
    Given a subject in the control arm who was given 6 cycles
    When the subject is given cycle 7 of TCbHP
    Then it is refused as move not lawful

  @exit:toxicity
  Scenario: An exit is the same as in the other arm
    Given a subject in the control arm who was given 3 cycles
    When "Treatment ended for toxicity" is recorded: neuropathy of grade 3
    Then the subject's standing is off treatment
