/** Adds tokens to requests where the policy states credentials. */
@NullMarked
package dev.meshclient.internal.credentials;

import org.jspecify.annotations.NullMarked;
