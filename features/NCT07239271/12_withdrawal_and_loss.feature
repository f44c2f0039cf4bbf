@trial:NCT07239271
Feature: Withdrawal of consent, and a subject who is lost
  A withdrawal says how far it reaches; a loss can be undone, a withdrawal cannot.

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm who was given 2 cycles
    And ctDNA before the first cycle is negative
    And the response after cycle 2 is SD
    And the decision after cycle 2 is asked for

  @exit:withdrawal_of_treatment
  Scenario: Consent to treatment alone is withdrawn
    When "Consent to treatment withdrawn" is recorded with scope treatment: wants no chemotherapy
    Then the subject's standing is off treatment
    When ctDNA after cycle 1 is reported as negative
    Then ctDNA after cycle 1 is on record as negative

  @exit:withdrawal
  Scenario Outline: Consent is withdrawn, as far as the subject says
    When "Consent withdrawn" is recorded with scope <scope>: moves abroad
    Then the subject's standing is withdrawn
    And the exit on record is withdrawal with scope <scope>
    When ctDNA after cycle 1 is reported as negative
    Then it is refused as move not lawful

    Examples:
      | scope     |
      | follow_up |
      | samples   |
      | data      |

  Scenario Outline: A withdrawal without its scope is not recorded
    When <what> abroad
    Then it is refused as scope missing: <scopes>

    Examples:
      | what                                                           | scopes                   |
      | "Consent withdrawn" is recorded: moves                         | data, follow up, samples |
      | "Consent withdrawn" is recorded with scope treatment: moves    | data, follow up, samples |
      | "Consent to treatment withdrawn" is recorded: moves            | treatment                |
      | "Lost to follow-up" is recorded with scope data: moves         | none                     |

  @exit:lost @exit:found
  Scenario: A lost subject who is found goes on where contact broke off
    When "Lost to follow-up" is recorded: three calls and a letter
    Then the subject's standing is lost
    When "Found again" is recorded: came to the visit of week 9
    Then the subject's standing is on study
    When ctDNA after cycle 1 is reported as negative
    And the investigator confirms
    Then the subject's regimen is TCbHP

  @exit:lost @exit:death
  Scenario: A lost subject may turn out to have died
    Given "Lost to follow-up" is recorded: three calls and a letter
    When "Death" is recorded: register of deaths
    Then the subject's standing is dead

  Scenario: Only a lost subject can be found
    When "Found again" is recorded: never lost
    Then it is refused as move not lawful: exit found
