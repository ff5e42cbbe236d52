/** The only access to clock, random numbers, waiting and threads. */
@NullMarked
package dev.meshclient.internal.time;

import org.jspecify.annotations.NullMarked;
