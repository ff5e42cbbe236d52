/** Evaluates authorization policies for outbound calls and inbound requests. */
@NullMarked
package dev.meshclient.internal.authz;

import org.jspecify.annotations.NullMarked;
