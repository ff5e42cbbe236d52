/** Mutual TLS between a mesh and its endpoints, on real sockets. */
@NullMarked
package dev.meshclient.tls;

import org.jspecify.annotations.NullMarked;
