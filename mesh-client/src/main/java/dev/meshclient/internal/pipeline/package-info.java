/** The table of contents: compiles policy into the layers that a call travels through. */
@NullMarked
package dev.meshclient.internal.pipeline;

import org.jspecify.annotations.NullMarked;
