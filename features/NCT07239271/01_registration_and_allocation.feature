@trial:NCT07239271
Feature: Registration, eligibility and allocation
  The record gives a ratio of 1:3, no strata and no blocks: an allocation is recorded, never invented (AMB-21).

  Scenario: A subject enters with a signed consent
    When a subject is registered
    Then the subject's epoch is screening
    And the subject's arm is none
    And planned next is screen eligible by data system, screen ineligible by data system

  Scenario: An eligible subject waits to be allocated
    Given a subject is registered
    When the subject is found eligible
    Then the subject's epoch is enrolment
    And planned next is allocate control by data system, allocate experimental by data system

  Scenario Outline: Each arm starts with its own regimen
    Given a subject is registered
    And the subject is found eligible
    When the subject is allocated to the <arm> arm
    Then the subject's arm is <arm>
    And the subject's epoch is induction
    And the subject's regimen is <regimen>
    And the subject's cycle is 0
    And planned next is give cycle by data system

    Examples:
      | arm          | regimen  |
      | experimental | Nab-P+HP |
      | control      | TCbHP    |

  Scenario: An ineligible subject goes no further
    Given a subject is registered
    When the subject is found ineligible by E4, E12
    Then the subject's standing is screen failed
    And planned next is nothing

  Scenario: Nobody is allocated after a screen failure
    Given a subject is registered
    And the subject is found ineligible by E9
    When the subject is allocated to the experimental arm
    Then it is refused as move not lawful: allocate experimental

  Scenario: Nobody is allocated before eligibility is known
    Given a subject is registered
    When the subject is allocated to the experimental arm
    Then it is refused as move not lawful: screen eligible

  Scenario: Nobody is allocated twice
    Given a subject in the control arm
    When the subject is allocated to the experimental arm
    Then it is refused as move not lawful

  Scenario: No cycle is given before the allocation
    Given a subject is registered
    And the subject is found eligible
    When the subject is given cycle 1 of Nab-P+HP
    Then it is refused as move not lawful: give cycle
