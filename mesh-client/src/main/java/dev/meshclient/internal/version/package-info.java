/** Decides which document may follow which: one rule for a mesh and for each of its sources. */
@NullMarked
package dev.meshclient.internal.version;

import org.jspecify.annotations.NullMarked;
