/** Looks up and refreshes the names of endpoints; keeps the last addresses while a name server fails. */
@NullMarked
package dev.meshclient.internal.resolve;

import org.jspecify.annotations.NullMarked;
