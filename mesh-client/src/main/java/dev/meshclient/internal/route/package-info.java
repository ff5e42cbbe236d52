/** Finds the rule that a request matches, and the backend of its call. */
@NullMarked
package dev.meshclient.internal.route;

import org.jspecify.annotations.NullMarked;
