/** Evaluates authorization policies: for calls of ours before they are sent, and for requests that come in. */
@NullMarked
package dev.meshclient.internal.authz;

import org.jspecify.annotations.NullMarked;
