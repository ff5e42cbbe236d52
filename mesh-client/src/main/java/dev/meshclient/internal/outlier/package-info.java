/** Ejects endpoints by the outcomes of their attempts, and returns them after a probe. */
@NullMarked
package dev.meshclient.internal.outlier;

import org.jspecify.annotations.NullMarked;
