@NullMarked
package dev.onehop.route;

import org.jspecify.annotations.NullMarked;
