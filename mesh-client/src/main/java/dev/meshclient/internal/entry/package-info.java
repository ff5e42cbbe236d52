/** Admits requests to the mesh, and answers calls for which no policy is in force yet. */
@NullMarked
package dev.meshclient.internal.entry;

import org.jspecify.annotations.NullMarked;
