/** Which endpoints are taken out for what their attempts came to, and how they come back. */
@NullMarked
package dev.meshclient.internal.outlier;

import org.jspecify.annotations.NullMarked;
