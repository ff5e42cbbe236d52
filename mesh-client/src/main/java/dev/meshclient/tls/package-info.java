/** TLS for servers that are peers of the mesh. */
@NullMarked
package dev.meshclient.tls;

import org.jspecify.annotations.NullMarked;
