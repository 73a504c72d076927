"""Networks for images, with weights trained on ImageNet: one module a family, as users import them."""
