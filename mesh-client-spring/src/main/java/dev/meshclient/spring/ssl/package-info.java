/** The identity of this workload as an SSL bundle: a server with this bundle is a peer of the mesh. */
@NullMarked
package dev.meshclient.spring.ssl;

import org.jspecify.annotations.NullMarked;
