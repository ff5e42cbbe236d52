/** Mutual TLS with servers that others wrote: nginx, HAProxy, Envoy and Jetty. */
@NullMarked
package dev.meshclient.realpeers;

import org.jspecify.annotations.NullMarked;
