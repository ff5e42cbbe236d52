package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.EndpointList;

/**
 * The greatest permitted number of these endpoints is ejected.
 *
 * @param ejected the ejected endpoints, which each change replaces by a new object
 */
record Full(EndpointList endpoints, Object ejected) {
    /** Whether neither has changed, so that they need not be counted again. */
    boolean isOf(EndpointList endpointsNow, Object ejectedNow) {
        return endpoints == endpointsNow && ejected == ejectedNow;
    }
}
