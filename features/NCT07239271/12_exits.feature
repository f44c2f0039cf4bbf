@trial:NCT07239271
Feature: Leaving planned treatment
  The record has no word on toxicity, progression, pregnancy, withdrawal, loss of contact or death (AMB-20):
  each changes the subject's standing, and none of them leads to a regimen.

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm who was given 2 cycles
    And ctDNA before the first cycle is negative
    And the response after cycle 2 is SD
    And the decision after cycle 2 is asked for

  @exit:progression
  Scenario: A clinician ends treatment for progression
    When "Treatment ended for progression" is recorded: new lesion in the liver
    Then the subject's standing is off treatment
    And planned next is nothing

  @exit:toxicity
  Scenario: Treatment ends for a side effect, and the open decision is no longer judged
    When "Treatment ended for toxicity" is recorded: pneumonitis of grade 3
    Then the subject's standing is off treatment
    And the subject's regimen is Nab-P+HP
    When the investigator overrides with TCbHP for toxicity concern: none
    Then it is refused as move not lawful

  @exit:toxicity
  Scenario: After the end of treatment results are still recorded, and no cycle is
    Given "Treatment ended for toxicity" is recorded: pneumonitis of grade 3
    When ctDNA after cycle 1 is reported as positive
    Then the decision is hold for ctDNA after cycle 1 and PAM pathway before the first cycle and PAM pathway after cycle 1
    When the subject is given cycle 3 of Nab-P+HP
    Then it is refused as move not lawful

  @exit:pregnancy
  Scenario: A pregnancy ends planned treatment at once
    When "Pregnancy" is recorded: positive test on day 40
    Then the subject's standing is off treatment
    When "Pregnancy" is recorded: confirmed by ultrasound, after treatment has ended
    Then the subject's standing is off treatment

  @exit:death
  Scenario: After a death only results and corrections come
    When "Death" is recorded: sepsis
    Then the subject's standing is dead
    And planned next is nothing
    When ctDNA after cycle 1, drawn before cycle 2, is reported as positive
    Then ctDNA after cycle 1 was true before cycle 2 and learned after it
    When the subject is given cycle 3 of Nab-P+HP
    Then it is refused as move not lawful
    When "Lost to follow-up" is recorded: no contact
    Then it is refused as move not lawful

  Scenario: An exit has a reason
    When "Death" is recorded
    Then it is refused as request invalid
