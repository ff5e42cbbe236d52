/** Chooses the endpoint of an attempt: locality first, then the algorithm. */
@NullMarked
package dev.meshclient.internal.balance;

import org.jspecify.annotations.NullMarked;
