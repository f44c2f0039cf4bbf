@technical @trial:NCT07239271
Feature: Retries and races
  A retry repeats its Idempotency-Key; If-Match carries the version that a write was decided on.

  Background:
    Given the sponsor has signed the reference rulings
    And a subject in the experimental arm

  Scenario: A retry is answered with the first answer and done once
    When the same cycle is posted 2 times with one Idempotency-Key
    Then every answer is 201 with the same body
    And 1 event was stored

  Scenario: Retries that arrive at once are done once
    When the same cycle is posted 6 times at once with one Idempotency-Key
    Then every answer is 201 with the same body
    And 1 event was stored

  Scenario: A key answers one request only
    When another cycle is posted with the Idempotency-Key of the first
    Then it is answered 422 idempotency-key-reused
    And 1 event was stored

  Scenario: Of callers who decided on the same version exactly one writes
    When the same cycle is posted 6 times at once with a key each
    Then exactly one answer is 201, the others 412 precondition-failed
    And 1 event was stored
