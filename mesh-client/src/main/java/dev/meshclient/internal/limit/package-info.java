/** How many calls a backend may have in flight. */
@NullMarked
package dev.meshclient.internal.limit;

import org.jspecify.annotations.NullMarked;
