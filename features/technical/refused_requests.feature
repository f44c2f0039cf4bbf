@technical @trial:NCT07239271
Feature: A request that is refused stores nothing
  Problem details after RFC 9457; the subject's version is its ETag and does not move.

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm who was given 2 cycles

  Scenario Outline: What the body says
    When <body> is posted to <path>
    Then it is answered 422 <problem>
    And nothing was stored

    Examples: times
      | path   | body                                                                             | problem         |
      | cycles | {"number": 3, "regimen": "TCbHP", "effective_at": "2026-01-07T09:00:00"}         | request-invalid |
      | cycles | {"number": 3, "regimen": "TCbHP", "effective_at": "2999-01-01T00:00:00Z"}        | future-time     |
      | exits  | {"exit": "death", "reason": "sepsis", "effective_at": "2999-01-01T00:00:00Z"}    | future-time     |

    Examples: values and units
      | path         | body                                                                                                                 | problem                |
      | observations | {"observations": [{"variable": "lvef", "value": 0.6, "unit": "1", "effective_at": "2026-01-06T00:00:00Z"}]}           | wrong-unit             |
      | observations | {"observations": [{"variable": "lvef", "value": 60, "effective_at": "2026-01-06T00:00:00Z"}]}                         | wrong-unit             |
      | observations | {"observations": [{"variable": "ctdna_c1", "value": "maybe", "effective_at": "2026-01-06T00:00:00Z"}]}                | value-outside-domain   |
      | observations | {"observations": [{"variable": "ctdna_c9", "value": "positive", "effective_at": "2026-01-06T00:00:00Z"}]}             | not-declared           |
      | observations | {"observations": [{"variable": "ctdna_c1", "effective_at": "2026-01-06T00:00:00Z"}]}                                  | observation-incomplete |

    Examples: form
      | path   | body                                                                                        | problem         |
      | cycles | {"number": 3, "regimen"                                                                     | request-invalid |
      | cycles | {"number": 3, "number": 4, "regimen": "TCbHP", "effective_at": "2026-01-07T09:00:00Z"}      | request-invalid |
      | cycles | {"number": "3", "regimen": "TCbHP", "effective_at": "2026-01-07T09:00:00Z"}                 | request-invalid |
      | exits  | {"exit": "death", "effective_at": "2026-01-07T09:00:00Z"}                                   | request-invalid |
      | exits  | {"exit": "death", "reason": " ", "effective_at": "2026-01-07T09:00:00Z"}                    | request-invalid |

  Scenario: One bad observation refuses its whole batch
    When {"observations": [{"variable": "ctdna_c1", "value": "positive", "effective_at": "2026-01-06T00:00:00Z"}, {"variable": "response_c2", "value": "XX", "effective_at": "2026-01-06T00:00:00Z"}]} is posted to observations
    Then it is answered 422 value-outside-domain
    And nothing was stored

  Scenario: A body of 2 MB
    When 2 MB are posted to observations
    Then it is answered 413 body-too-large
    And nothing was stored

  Scenario Outline: What the headers say
    When a cycle is posted <how>
    Then it is answered <status> <problem>
    And nothing was stored

    Examples:
      | how                              | status | problem                 |
      | without Idempotency-Key          | 400    | idempotency-key-missing |
      | without If-Match                 | 428    | if-match-missing        |
      | with If-Match of an older state  | 412    | precondition-failed     |
      | without Authorization            | 401    | token-missing           |
      | with the token of nobody         | 401    | token-refused           |
      | to a subject that is not here    | 404    | not-found               |
