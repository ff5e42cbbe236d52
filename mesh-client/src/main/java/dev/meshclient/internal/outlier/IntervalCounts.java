package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.EndpointHealth;

/**
 * The results of an endpoint in an interval.
 *
 * @param succeeded good responses
 * @param failed server errors
 * @param unanswered failures without a response
 */
record IntervalCounts(EndpointHealth endpoint, int succeeded, int failed, int unanswered) {}
