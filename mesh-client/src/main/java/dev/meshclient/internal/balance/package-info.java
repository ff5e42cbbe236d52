/** Which endpoint an attempt goes to: locality first, then the algorithm. */
@NullMarked
package dev.meshclient.internal.balance;

import org.jspecify.annotations.NullMarked;
