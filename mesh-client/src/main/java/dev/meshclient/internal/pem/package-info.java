/** Reads texts in PEM. */
@NullMarked
package dev.meshclient.internal.pem;

import org.jspecify.annotations.NullMarked;
