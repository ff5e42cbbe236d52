/** The only door to clock, chance, waiting and threads. */
@NullMarked
package dev.meshclient.internal.time;

import org.jspecify.annotations.NullMarked;
