/** Which document may follow which: one rule, for a mesh and for each source of several. */
@NullMarked
package dev.meshclient.internal.version;

import org.jspecify.annotations.NullMarked;
