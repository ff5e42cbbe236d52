/** The table of contents: compiles a policy into the layers that a call passes. */
@NullMarked
package dev.meshclient.internal.pipeline;

import org.jspecify.annotations.NullMarked;
