/** TLS to one peer: what we prove, whom we believe, and contexts that follow both. */
@NullMarked
package dev.meshclient.internal.tls;

import org.jspecify.annotations.NullMarked;
