/** The identity in use, and the verification of peers. */
@NullMarked
package dev.meshclient.internal.identity;

import org.jspecify.annotations.NullMarked;
