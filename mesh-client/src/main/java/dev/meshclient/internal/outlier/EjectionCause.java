package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.EjectionDetector;

/**
 * Why an endpoint is ejected.
 *
 * @param text for messages: {@code 5 server errors in a row}
 */
record EjectionCause(EjectionDetector detector, String text) {}
