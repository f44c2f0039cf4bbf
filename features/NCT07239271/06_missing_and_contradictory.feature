@trial:NCT07239271 @point:after_c2
Feature: Results that are missing, not evaluable or at odds
  What is unknown keeps its own reason, and is never taken for a no.

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm who was given 2 cycles

  Scenario Outline: Each way of being unknown holds the decision and keeps its name
    Given ctDNA after cycle 1 is <reported>
    And the response after cycle 2 is SD
    And PAM pathway before the first cycle is wild type
    And PAM pathway after cycle 1 is wild type
    And ctDNA before the first cycle is negative
    When the decision after cycle 2 is asked for
    Then the decision is hold for ctDNA after cycle 1
    And the reasons are
      | code     | about               | said   |
      | required | ctDNA after cycle 1 | <said> |

    Examples:
      | reported                      | said                                                  |
      | not done                      | not done                                              |
      | not evaluable: haemolysed     | not evaluable: haemolysed                             |
      | pending                       | pending                                               |
      | expired                       | expired                                               |
      | pending, then not done        | not done                                              |
      | positive, then negative       | conflicting: several results disagree: negative, positive |
      | positive, then not evaluable  | conflicting: positive, then withdrawn by a later report |

  Scenario: Imaging that is not evaluable is no response
    Given ctDNA after cycle 1 is negative
    And ctDNA before the first cycle is negative
    And the response after cycle 2 is NE
    When the decision after cycle 2 is asked for
    Then the decision is hold for response after cycle 2
    And the reasons are
      | code     | about                  | said          |
      | required | Response after cycle 2 | not evaluable |
    And still possible are propose Nab-P+HP, propose TCbHP

  Scenario: A mutation in plasma without ctDNA is a contradiction, and no further result settles it
    Given ctDNA after cycle 1 is negative
    And PAM pathway after cycle 1 is mutated
    And the response after cycle 2 is SD
    When the decision after cycle 2 is asked for
    Then the decision is hold: inconsistent c1
    And the reasons are
      | code            | about                                          | said |
      | inconsistent c1 | ctDNA after cycle 1, PAM pathway after cycle 1 |      |

  Scenario: The same result reported twice is one result
    Given ctDNA after cycle 1 is negative, then negative
    And ctDNA before the first cycle is negative
    And the response after cycle 2 is SD, then SD
    When the decision after cycle 2 is asked for
    Then the decision is propose TCbHP

  Scenario: A result that comes after it was pending settles the decision by itself
    Given ctDNA after cycle 1 is pending
    And ctDNA before the first cycle is negative
    And the response after cycle 2 is SD
    And the decision after cycle 2 is asked for
    When ctDNA after cycle 1 is reported as negative
    Then the decision is propose TCbHP
    And the decision awaits a verdict
