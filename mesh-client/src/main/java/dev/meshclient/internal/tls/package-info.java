/** TLS to one peer: own certificates, trusted authorities, and contexts that follow their rotation. */
@NullMarked
package dev.meshclient.internal.tls;

import org.jspecify.annotations.NullMarked;
