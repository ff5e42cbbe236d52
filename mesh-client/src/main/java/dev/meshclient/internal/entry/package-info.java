/** Which requests are the mesh's, and what a call gets for which no policy is in force yet. */
@NullMarked
package dev.meshclient.internal.entry;

import org.jspecify.annotations.NullMarked;
