/** What documents are accepted, and how the others are refused. */
@NullMarked
package dev.meshclient.policy;

import org.jspecify.annotations.NullMarked;
